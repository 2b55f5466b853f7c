-- Runtime statements of storage/quotas.py.

-- pairs_per_second --
-- The quota of the tenant; null: the default of the service holds.
select t.pairs_per_second
from pgrerank.tenant as t
where t.id = %(tenant_id)s;
