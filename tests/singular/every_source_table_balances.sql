select
    system,
    source_table,
    'expected raw = staged + duplicates + rejected, found ' || raw_rows || ' raw, '
    || staged_rows || ' staged, ' || duplicate_rows || ' duplicate and '
    || rejected_rows || ' rejected rows' as message
from {{ ref('source_reconciliation') }}
where not is_balanced
