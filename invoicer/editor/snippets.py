"""editor: whole blocks to begin with, in place of a heading's first word.

``${1:name}`` is where the cursor stops first; the text in it is what stands there until something else is typed.
"""

from __future__ import annotations

import re

SNIPPETS = {
    "contract": """contract ${1:acme-2026} "${2:Acme Ltd}"
  seller ${3:seller}
  customer ${4:customer}
  currency ${5:EUR}
  agreed ${6:TODAY}
  term ${7:12} months from ${8:TODAY}
  renews for ${9:12} months, notice ${10:30} days
  bill monthly in advance on day 1
  prorate by-days
  pay within ${11:30} days
  supply ${12:electronic-service}

charge ${13:fee} "${14:Fee}"
  ${15:100.00} ${5:EUR} per month
""",
    "price-list": """price-list ${1:prices} "${2:Prices}"
  version ${3:1}
  currency ${4:EUR}
  agreed ${5:TODAY}
  supply ${6:electronic-service}
  bill monthly in advance on day 1

charge ${7:seats} "${8:Seats}"
  ${9:12.00} ${4:EUR} per seat per month
""",
    "charge": """charge ${1:fee} "${2:Fee}"
  ${3:100.00} ${4:EUR} per month
""",
    "premium": """premium ${1:motor} "${2:Motor cover}"
  ${3:80.00} ${4:EUR} per month
  policy "${5:MTPL-1}"
  risk in ${6:NL}
  insurance class ${7:motor-liability}
""",
    "meter": """meter ${1:api-calls} "${2:API calls}"
  sum of ${3:calls}
  unit ${3:calls}
""",
    "input": """input ${1:uptime} "${2:Availability}"
  unit ${3:percent}
  stated per month
""",
    "discount": """discount ${1:launch} "${2:Launch discount}"
  ${3:20}% off ${4:everything}
  for first ${5:6} months
""",
    "indexation": """indexation ${1:cpi} "${2:CPI uplift}"
  raises ${3:everything} with "${4:NL-CPI-2015}"
  base ${5:2025-10}
  every year from ${6:TODAY}
""",
    "commitment": """commitment ${1:annual} "${2:Annual commitment}"
  ${3:50 000.00} ${4:EUR} per 12 months
  counts ${5:everything}
""",
    "amendment": """amendment ${1:1} from ${2:TODAY} agreed ${3:TODAY} "${4:Side letter}"
  ${5:change fee to 120.00 EUR per month}
""",
    "notice": """notice given ${1:TODAY} by ${2:customer} "${3:E-mail}"
""",
    "terminates": """terminates on ${1:TODAY} agreed ${2:TODAY} by ${3:customer} "${4:Agreement}"
  refund unused
""",
    "service-credit": """service-credit ${1:sla} "${2:Availability credit}"
  ${3:10}% of ${4:everything} when ${5:uptime} less than ${6:99.9}%
""",
    "expect": """expect "${1:First invoice}"
  invoice on ${2:TODAY}
  line ${3:fee} ${4:100.00} ${5:EUR}
""",
    "graduated": """graduated per month
  up to ${1:100 000}: free
  up to ${2:1 000 000}: ${3:0.0020} ${4:EUR} each
  above: ${5:0.0015} ${4:EUR} each
""",
    "volume": """volume per month
  up to ${1:100}: ${2:1.00} ${3:EUR} each
  above: ${4:0.80} ${3:EUR} each
""",
    "package": """package per month
  above: ${1:5.00} ${2:EUR} per ${3:100}
""",
}
"""The block for each first word; TODAY stands for the day."""


def filled(snippet: str) -> str:
    """A snippet as it stands when nothing is typed over it."""
    return re.sub(r"\$\{\d+:([^}]*)\}", r"\1", snippet)
