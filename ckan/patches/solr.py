"""One connection to Solr in each process.

CKAN makes a client for each question, and each client a session, a look-up of the name and a connection of its own (ckan/ckan#2451).
A page of a dataset asks five times: a tenth of its processor time.
"""
import os

import pysolr
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry


def apply():
    session = requests.Session()
    # Without a proxy or certificates of its own in the environment, there is nothing to look for in it at each question.
    session.trust_env = any(name.upper().endswith(("_PROXY", "_CA_BUNDLE")) for name in os.environ)
    # Solr may have closed the connection since the last question, or have restarted: it is asked once more. What CKAN sends can be
    # repeated, documents too, which carry ids.
    again = HTTPAdapter(max_retries=Retry(total=1, status=0, allowed_methods=None))
    session.mount("http://", again)
    session.mount("https://", again)
    pysolr.Solr.get_session = lambda self: session
    return session
