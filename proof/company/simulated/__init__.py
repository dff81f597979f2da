"""What chance draws: the ordinary records of each kind."""
