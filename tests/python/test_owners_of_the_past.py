"""A lead and an account have the owner of `as_of_date`, where a CRM keeps the owner's history."""

from __future__ import annotations

from pathlib import Path

import pytest

from builds import Build, run_dbt

HUBSPOT = {
    "contact": """\
id,property_email,property_createdate,property_lifecyclestage,property_hubspot_owner_id
1,ann@one.example,2025-02-01 09:00:00,lead,72
2,bo@two.example,2025-02-01 09:00:00,lead,72
3,cy@three.example,2025-02-01 09:00:00,lead,72
""",
    "contact_property_history": """\
contact_id,name,timestamp,value
1,hubspot_owner_id,2025-02-01 09:00:00,71
1,hubspot_owner_id,2025-04-02 09:00:00,72
1,lastname,2025-04-02 09:00:00,Lee
2,hubspot_owner_id,2025-02-01 09:00:00,71
2,hubspot_owner_id,2025-03-30 09:00:00,72
""",
    "company": "id,property_name,property_hubspot_owner_id\n1,One,72\n",
    "companies_property_history": """\
company_id,name,timestamp,value
1,hubspot_owner_id,2025-02-01 09:00:00,71
1,hubspot_owner_id,2025-04-02 09:00:00,72
""",
    "owner": "owner_id,email\n71,ed@us.example\n72,fay@us.example\n",
    "deal": "deal_id,deal_pipeline_stage_id,property_createdate\n9,open,2025-02-01 09:00:00\n",
    "deal_pipeline_stage": "stage_id,label,display_order,probability\nopen,Open,0,0.2\n",
}
SALESFORCE = {
    "Lead": """\
Id,CreatedDate,OwnerId
00Q000000000001AAA,2025-02-01 09:00:00,005000000000002AAA
00Q000000000002AAA,2025-02-01 09:00:00,005000000000002AAA
""",
    "LeadHistory": """\
Id,LeadId,CreatedDate,Field,OldValue,NewValue
1,00Q000000000001AAA,2025-04-02 09:00:00,Owner,Ed,Fay
2,00Q000000000001AAA,2025-04-02 09:00:00,Owner,005000000000001AAA,005000000000002AAA
3,00Q000000000002AAA,2025-04-02 09:00:00,Owner,00G000000000001AAA,005000000000002AAA
""",
    "Account": "Id,Name,OwnerId\n001000000000001AAA,Solo,005000000000002AAA\n",
    "AccountHistory": """\
Id,AccountId,CreatedDate,Field,OldValue,NewValue
1,001000000000001AAA,2025-04-02 09:00:00,Owner,005000000000001AAA,005000000000002AAA
""",
    "Opportunity": """\
Id,StageName,IsClosed,IsWon,CreatedDate
006000000000001AAA,Open,false,false,2025-02-01 09:00:00
""",
}


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("raw")
    for system, tables in (("hubspot", HUBSPOT), ("salesforce", SALESFORCE)):
        (folder / system).mkdir()
        for table, text in tables.items():
            (folder / system / f"{table}.csv").write_text(text, encoding="utf-8")
    return folder


def owners(raw: Path, folder: Path, as_of_date: str) -> Build:
    build = run_dbt(
        [
            *("build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"),
            *("--select", "+int_leads__merged", "+int_accounts__resolved"),
        ],
        folder,
        variables={
            "systems": ["hubspot", "salesforce"],
            "raw_path": str(raw),
            "as_of_date": as_of_date,
            "reporting_currency": "EUR",
            "source_mapping": {},
        },
    )
    assert build.exit_code == 0, build.output
    return build


@pytest.mark.slow
def test_leads_and_accounts_have_the_owner_of_the_day(raw: Path, tmp_path: Path) -> None:
    ed, fay = "salesforce:005000000000001AAA", "salesforce:005000000000002AAA"
    solo = "salesforce:001000000000001AAA"

    build = owners(raw, tmp_path, "2025-03-31")

    assert build.rows("select lead_id, rep_id from intermediate.int_leads__merged order by 1") == [
        ("hubspot:1", "hubspot:71"),
        ("hubspot:2", "hubspot:72"),
        ("hubspot:3", "hubspot:72"),
        ("salesforce:00Q000000000001AAA", ed),
        ("salesforce:00Q000000000002AAA", None),
    ]
    accounts = "select account_id, rep_id from intermediate.int_accounts__resolved order by 1"
    assert build.rows(accounts) == [("hubspot:1", "hubspot:71"), (solo, ed)]

    build = owners(raw, tmp_path, "2025-04-02")

    assert build.rows("select distinct rep_id from intermediate.int_leads__merged order by 1") == [
        ("hubspot:72",),
        (fay,),
    ]
    assert build.rows(accounts) == [("hubspot:1", "hubspot:72"), (solo, fay)]
