"""HubSpot's own names of its objects' properties, of which each connector's spelling is made.

Each property has the field of the demo company's record that fills it.
"""

from collections.abc import Mapping

COMPANY_PROPERTIES: Mapping[str, str] = {
    "name": "name",
    "domain": "domain",
    "industry": "industry",
    "country": "country",
    "numberofemployees": "employees",
    "annualrevenue": "annual_revenue",
    "createdate": "created_at",
    "hubspot_owner_id": "owner",
    "hs_object_id": "key",
    "hs_merged_object_ids": "merged_ids",
    "hs_parent_company_id": "parent",
    "hs_lastmodifieddate": "modified_at",
    # An admin of the portal added these.
    "segment": "segment",
    "territory": "territory",
    "market": "market",
    "currency_code": "currency",
}
CONTACT_PROPERTIES: Mapping[str, str] = {
    "email": "email",
    "firstname": "first_name",
    "lastname": "last_name",
    "phone": "phone",
    "mobilephone": "mobile_phone",
    "jobtitle": "job_title",
    "job_function": "job_function",
    "company": "company",
    "industry": "industry",
    "numemployees": "employees",
    "annualrevenue": "annual_revenue",
    "country": "country",
    "createdate": "created_at",
    "lastmodifieddate": "modified_at",
    "lifecyclestage": "status",
    "hs_lead_status": "lead_status",
    "hs_lifecyclestage_subscriber_date": "subscriber_at",
    "hs_lifecyclestage_lead_date": "lead_at",
    "hs_lifecyclestage_marketingqualifiedlead_date": "mql_at",
    "hs_lifecyclestage_salesqualifiedlead_date": "sql_at",
    "hs_lifecyclestage_opportunity_date": "opportunity_at",
    "hs_lifecyclestage_customer_date": "customer_at",
    "associatedcompanyid": "account",
    "hubspot_owner_id": "owner",
    "hs_analytics_source": "lead_source",
    "hs_analytics_source_data_1": "campaign",
    "hs_object_id": "key",
    "hs_merged_object_ids": "merged_ids",
    # An admin of the portal added these.
    "web_user_id": "web_user",
    "sourced_by_rep_id": "sourced_by",
    "marketing_team_size": "marketing_team_size",
    "disqualified_at": "disqualified_at",
}
DEAL_PROPERTIES: Mapping[str, str] = {
    "dealname": "name",
    "amount": "amount",
    "closedate": "close_date",
    "createdate": "created_at",
    "dealtype": "revenue_type",
    "deal_currency_code": "currency",
    "hs_analytics_source": "lead_source",
    "hs_analytics_source_data_1": "campaign",
    "closed_lost_reason": "loss_reason",
    "hs_object_id": "key",
    "hs_merged_object_ids": "merged_ids",
    "hs_lastmodifieddate": "modified_at",
    # An admin of the portal added these.
    "competitor": "competitor",
    "contract_term_months": "contract_term_months",
}
# Fivetran has columns of its own for these.
DEAL_PLACE: Mapping[str, str] = {
    "dealstage": "stage",
    "pipeline": "pipeline",
    "hubspot_owner_id": "owner",
}
LINE_PROPERTIES: Mapping[str, str] = {
    "hs_product_id": "product",
    "quantity": "quantity",
    "price": "list_price",
    "discount": "discount",
    "amount": "amount",
    "createdate": "created_at",
    "hs_object_id": "key",
    "hs_lastmodifieddate": "modified_at",
}
PRODUCT_PROPERTIES: Mapping[str, str] = {
    "name": "name",
    "price": "list_price",
    "createdate": "created_at",
    "hs_object_id": "key",
    "hs_lastmodifieddate": "modified_at",
    # An admin of the portal added these.
    "product_line": "product_line",
    "launched_on": "launched_on",
}
