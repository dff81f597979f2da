{{ source_counts_of('google_analytics', {
    'event': ref('stg_google_analytics__events'),
}) }}
