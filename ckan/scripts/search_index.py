"""Makes the search index say what the database says.

The index may be new and empty, or behind the database, or ahead of it when that was restored. What it lacks or says otherwise is
indexed again; what the database does not have goes. A dataset that cannot be indexed is named and left out: it blocks nothing,
and CKAN shows its page from the database. Whatever is committed need not be done again after an interruption.
"""
import sys
import time
from typing import NamedTuple

from steps import ENDED, say, told_to_end, warn

# Entries in one answer of Solr.
PAGE = 1000
# Datasets from one commit, and one line of progress, to the next.
BATCH = 500
# Datasets that show whether a plugin of the site decides which time stands in the index.
SAMPLE = 100
# More failures than this, of most datasets, when most of the index has to be made: that is no fault of the datasets.
FEW = 50
# CKAN writes to the index before it commits to the database. What differs now may be on its way: after so many seconds it is not.
PAUSE = 5


class Entry(NamedTuple):
    """What is compared. The time alone is not enough: making many datasets private at once leaves it as it was."""

    modified: str
    capacity: str
    state: str


# Of a dataset that has two entries, of which CKAN never updates one (ckan/ckan#9159): both go, and one comes.
DOUBLED = Entry("", "", "doubled")


class Differences(NamedTuple):
    total: int
    missing: set
    #: To be removed: the database does not have them.
    gone: set
    #: May show what has become private or was withdrawn.
    exposed: set
    #: Other times only.
    outdated: set

    def to_index(self):
        return len(self.missing) + len(self.exposed) + len(self.outdated)

    def and_also(self, later):
        """What differs both times."""
        both = [mine & its for mine, its in zip(self[1:], later[1:])]
        return Differences(later.total, *both)


def solr_time(moment):
    """Solr knows milliseconds, and leaves out those that are zero."""
    return moment.isoformat(timespec="milliseconds") if moment else ""


def same_precision(text):
    seconds, _, fraction = text.rstrip("Z").partition(".")
    return f"{seconds}.{fraction[:3]:0<3}" if text else ""


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def batches(ids):
    ordered = sorted(ids)
    return [ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH)]


def reason_of(error):
    """In one line, of which the begin says enough: Solr quotes the value as well."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text if len(text) <= 400 else f"{text[:400]}..."


class SearchIndex:
    """The entries of this site among those of the core."""

    def __init__(self, model, config):
        from ckan.lib.search.common import make_connection

        self.model = model
        self.config = config
        self.solr = make_connection(decode_dates=False)
        self.own = f"+site_id:{quoted(config['ckan.site_id'])} +entity_type:package"

    def wait(self, seconds):
        """Its port is open before the core is loaded."""
        from pysolr import SolrError

        deadline = time.monotonic() + seconds
        while True:
            try:
                return self.solr.search("*:*", rows=0)
            except SolrError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)

    def entries(self, condition="*:*"):
        found = self.solr.search(
            condition,
            fq=self.own,
            fl="id,metadata_modified,capacity,state",
            sort="index_id asc",
            rows=PAGE,
            cursorMark="*",
        )
        entries = {}
        for each in found:
            time = same_precision(each.get("metadata_modified", ""))
            entry = Entry(time, each.get("capacity", ""), each.get("state", ""))
            entries[each["id"]] = DOUBLED if each["id"] in entries else entry
        return entries

    def wanted(self):
        """Of every dataset that CKAN itself indexes, of whatever type, drafts too."""
        package = self.model.Package
        rows = self.model.Session.query(package.id, package.metadata_modified, package.private, package.state)
        if self.config["ckan.search.remove_deleted_packages"]:
            rows = rows.filter(package.state != "deleted")
        return {
            id: Entry(solr_time(modified), "private" if private else "public", state)
            for id, modified, private, state in rows
        }

    def compare(self):
        found, wanted = self.entries(), self.wanted()
        doubled = {id for id, entry in found.items() if entry is DOUBLED}
        other = {id for id in (found.keys() & wanted.keys()) - doubled if found[id] != wanted[id]}
        outdated = {id for id in other if found[id][1:] == wanted[id][1:]}
        missing = wanted.keys() - (found.keys() - doubled)
        gone = (found.keys() - wanted.keys()) | doubled
        return Differences(len(wanted), missing, gone, other - outdated, outdated)

    def remove(self, ids):
        for batch in batches(ids):
            self.solr.delete(q=f"{self.own} +id:({' OR '.join(map(quoted, batch))})", commit=False)
        self.solr.commit()


class Update:
    """Datasets are indexed one by one, as CKAN does it, and by its own means."""

    def __init__(self, index, differences):
        from ckan.lib.search import index_for
        from ckan.plugins.toolkit import get_action

        self.index, self.total, self.planned = index, differences.total, differences.to_index()
        self.session = index.model.Session
        self.package_index = index_for(index.model.Package)
        self.show = get_action("package_show")
        self.tried = 0
        self.failed = set()

    def add(self, ids):
        for batch in batches(ids):
            before = set(self.failed)
            for id in batch:
                if told_to_end():
                    break
                self.add_one(id)
            # The entry of a dataset that fails is the one of before, and may show what has become private.
            self.index.remove(self.failed - before)
            self.session.remove()
            say(f"indexed {self.tried} of {self.planned} datasets")
            if told_to_end():
                say("told to end: the next bootstrap goes on from here")
                sys.exit(ENDED)

    def add_more(self, ids):
        self.planned += len(ids)
        self.add(ids)

    def add_one(self, id):
        self.tried += 1
        for last in (False, True):
            try:
                context = {"ignore_auth": True, "validate": False, "use_cache": False}
                return self.package_index.update_dict(self.show(context, {"id": id}), defer_commit=True)
            except Exception as error:
                self.session.rollback()
                # Without Solr or the database nothing is any dataset's fault: that ends the bootstrap.
                self.index.wait(120)
                if last:
                    self.leave_out(id, reason_of(error))

    def leave_out(self, id, reason):
        package = self.session.get(self.index.model.Package, id)
        if package is None:
            return
        self.failed.add(id)
        warn(f"the dataset {package.name} ({id}) cannot be indexed and is not found by a search: {reason}")
        most_fail = len(self.failed) > FEW and len(self.failed) > self.tried / 2
        if most_fail and self.planned > self.total / 2:
            raise RuntimeError(f"{len(self.failed)} of {self.tried} datasets cannot be indexed, the last one because of {reason}")


def add_outdated(index, update, ids):
    """Plugins may put another time into the index than the database has: then it differs for ever, and says nothing."""
    sample = set(sorted(ids)[:SAMPLE])
    update.add(sample)
    rest = ids - sample
    if not rest:
        return
    condition = f"id:({' OR '.join(map(quoted, sample))})"
    found, wanted = index.entries(condition), index.wanted()
    if found and not any(entry == wanted.get(id) for id, entry in found.items()):
        say(f"a plugin puts other times into the index than the database has: {len(rest)} datasets are left as they are")
        return
    update.add(rest)


def update_search_index(model, config):
    from ckan.lib.search import check_solr_schema_version

    index = SearchIndex(model, config)
    index.wait(120)
    check_solr_schema_version()
    differences = index.compare()
    if differences.gone or differences.exposed or differences.outdated:
        time.sleep(PAUSE)
        differences = differences.and_also(index.compare())
    if not any(differences[1:]):
        say(f"the search index has all {differences.total} datasets as they are")
        return
    say(
        f"of {differences.total} datasets the search index lacks {len(differences.missing)} and has "
        f"{len(differences.exposed) + len(differences.outdated)} as they were; "
        f"{len(differences.gone)} have entries that must go"
    )
    update = Update(index, differences)
    # First what must not be seen.
    index.remove(differences.gone)
    update.add(differences.exposed)
    add_outdated(index, update, differences.outdated)
    update.add(differences.missing)
    # The server may have lost its volume meanwhile.
    update.add_more(index.compare().missing - update.failed)
    if update.failed:
        warn(f"{len(update.failed)} of {differences.total} datasets are not found by a search: see above")
    else:
        say("the search index is as the database")
