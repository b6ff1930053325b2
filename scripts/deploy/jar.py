"""The jar, and what is put into the bucket beside it."""

import hashlib
import os
import re
import zipfile
import zlib
from xml.etree import ElementTree

from calls import CallFailed, Stop, WORK
from flink import RUNTIMES, is_older, told

#: Names all state in a jar.
UIDS = "META-INF/clickstream/state-uids.txt"

BUILD_AGAIN = "build it again with 'mvn package', or with 'mvn -Pflink-1.20 package' for Flink 1.20"

#: Lists what is in a jar, and has its version.
SBOM = "META-INF/sbom/clickstream-analytics.cdx.xml"

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Jar:
    def __init__(self, calls, path):
        self._calls = calls
        self.path = path
        self.uids = _uids_in(path)
        self.version = _version_in(path)
        self._flink = _flink_in(path)
        self.hash = _hash_of(path)
        self.key = f"clickstream/{self.hash}-clickstream-analytics.jar"

    def need_runtime(self, runtime):
        """Refuses to go on if the jar is not built for a runtime."""
        if runtime in RUNTIMES.values() and RUNTIMES.get(self._flink) != runtime:
            own = RUNTIMES.get(self._flink)
            # Only a move to a later version is possible.
            move = ("" if own is None or is_older(own, runtime) else
                    f", or move the application with --flink {self._flink}")
            raise Stop(f"{self.path} is built for Flink {self._flink}, and the application is to run on {told(runtime)}",
                       f"nothing was changed; leave out --jar, and this command builds the right jar{move}")

    def need_state_of(self, bucket, key, allow_lost_state):
        """Refuses to go on if the deployed jar has state that this one has no operator for. Says whether state may be lost."""
        if key == self.key:
            return False
        file = f"{WORK}/deployed.uids"
        try:
            self._calls.read("s3api", "get-object", "--bucket", bucket, "--key", f"{key}.uids", file,
                             may_fail=allow_lost_state)
        except CallFailed as failed:
            if allow_lost_state:
                return True
            raise Stop(f"s3://{bucket}/{key}.uids can't be read: the state of the running jar is unknown",
                       f"upload {UIDS} of that jar there, or continue with --allow-lost-state", str(failed)) from failed
        with open(self._calls.path(file), encoding="utf-8") as deployed:
            lost = sorted(set(deployed.read().split()) - self.uids)
        if lost and not allow_lost_state:
            raise Stop(f"the new jar has no operators for the state of: {' '.join(lost)}",
                       "nothing was changed; keep these uids, or discard their state with --allow-lost-state")
        if lost:
            self._calls.say(f"Discarding the state of: {' '.join(lost)}")
        return bool(lost)


class Bucket:
    """The bucket of jars and templates. What a file's name has the hash of is never uploaded twice."""

    def __init__(self, calls, name, made):
        self._calls = calls
        self.name = name
        self._made = made

    def look(self, region):
        """Reads what is there. Refuses a bucket in another Region, from which CloudFormation and the application can't read.

        region: a function that gives the stack's Region
        """
        self._need_region(region)
        found = self._calls.read("s3api", "list-objects-v2", "--bucket", self.name, "--prefix", "clickstream/",
                                 "--delimiter", "/", "--query", "Contents[].Key",
                                 or_stop=(f"the bucket {self.name} can't be reached",
                                          "check its name, its Region, and that you have the permission s3:ListBucket; "
                                          f"'aws s3 mb s3://{self.name}' creates one"))
        self._present = set(found or [])

    def names(self, folder):
        """The keys in a folder."""
        return set(self._calls.read("s3api", "list-objects-v2", "--bucket", self.name, "--prefix", folder, "--query", "Contents[].Key",
                                    or_stop=(f"the folder {folder} of the bucket {self.name} can't be listed",
                                             "nothing was changed; check that you have the permission s3:ListBucket, or omit "
                                             "--keep")) or [])

    def _need_region(self, region):
        try:
            place = self._calls.read("s3api", "get-bucket-location", "--bucket", self.name, "--query", "LocationConstraint",
                                     may_fail=True)
        except CallFailed as failed:
            # The bucket of another account may hide its Region, and still be open for everything else.
            if failed.code() == "AccessDenied":
                return
            raise Stop(f"the bucket {self.name} can't be reached",
                       f"check its name and your login; 'aws s3 mb s3://{self.name}' creates one", str(failed)) from failed
        # Two Regions have names from before there were Regions.
        there, here = {None: "us-east-1", "EU": "eu-west-1"}.get(place, place), region()
        if there != here:
            raise Stop(f"the bucket {self.name} is in the Region {there}, and the stack is in {here}: CloudFormation and the "
                       "application can only read from a bucket in their own Region",
                       f"nothing was changed; use a bucket in {here} with --jar-bucket, or deploy to {there} with --region")

    def put_jar(self, jar):
        # Extracted by a program, so that a dry run can print it.
        self._calls.run("unzip", "-p", jar.path, UIDS, to=f"{WORK}/uids")
        self._put_once(f"{WORK}/uids", f"{jar.key}.uids")
        self._put_once(jar.path, jar.key, "--metadata", f"version={jar.version}")

    def need_key(self, jar, keys):
        """Refuses a jar that the bucket has encrypted with a key that the application may not use.

        keys: the ARNs of the keys that it may use, with commas
        """
        try:
            key = self._calls.read("s3api", "head-object", "--bucket", self.name, "--key", jar.key, "--query", "SSEKMSKeyId",
                                   may_fail=True)
            if not key or key in keys.split(","):
                return
            owner = self._calls.read("kms", "describe-key", "--key-id", key, "--query", "KeyMetadata.KeyManager", may_fail=True)
        except CallFailed as failed:
            # Whoever may not look does not know. The functions of the template full, and the service, say it later.
            self._calls.say(f"It is unknown which key encrypts s3://{self.name}/{jar.key}: {failed}")
            return
        # A key of AWS needs no permission.
        if owner != "AWS":
            raise Stop(f"s3://{self.name}/{jar.key} is encrypted with the key {key}, which the application may not use",
                       f"the stack was not changed; run this again with --set JarKmsKeyArn={key}")

    def put_template(self, name):
        self._put_once(template_file(name), _template_key(name))

    def _put_once(self, file, key, *more):
        if key in self._present:
            self._calls.say(f"s3://{self.name}/{key} already exists")
        else:
            self.put(file, key, *more)

    def put(self, file, key, *more, told="which is harmless"):
        """told: what the user is told of the file if the command fails"""
        self._calls.say(f"Uploading s3://{self.name}/{key}")
        self._calls.change("s3api", "put-object", "--bucket", self.name, "--key", key, "--body", file, *more, repeats=True,
                           or_stop=(f"s3://{self.name}/{key} can't be written",
                                    "check that the bucket is in the Region of the stack, and that you have the permission "
                                    "s3:PutObject; then run this again"))
        self._made[:] = [each for each in self._made if not str(each).startswith(f"s3://{self.name}/{key}, ")]
        self._made.append(f"s3://{self.name}/{key}, {told}")

    def template_url(self, name, region):
        """The address of a template there, as CloudFormation wants it."""
        suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        return f"https://{self.name}.s3.{region}.{suffix}/{_template_key(name)}"


def template_file(name):
    return os.path.join(PROJECT, "cloudformation", f"{name}.yaml")


def read_template(calls, file):
    """The content of a template. The aws command reads the YAML; package makes no call for these templates."""
    return calls.read("cloudformation", "package", "--template-file", file, "--s3-bucket", "none", "--use-json",
                      or_stop=(f"{file} can't be read", "restore it"))


def _template_key(name):
    return f"clickstream/{_hash_of(template_file(name))}-{name}.yaml"


#: What zipfile raises for files that are damaged, or packed in another way than a jar.
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


class NoJar(Exception):
    """A file is not a jar of this project."""


def _uids_in(path):
    try:
        with zipfile.ZipFile(path) as jar:
            uids = set(jar.read(UIDS).decode().split())
    except (KeyError, UnicodeDecodeError, *DAMAGE):
        uids = set()
    except OSError as error:
        raise NoJar(f"{path} can't be read: {error.strerror}") from None
    if not uids:
        raise NoJar(f"{path} has no {UIDS}: it is not a jar of this project")
    return uids


def _version_in(path):
    try:
        with zipfile.ZipFile(path) as jar:
            if SBOM not in jar.namelist():
                return "unknown"
            return ElementTree.fromstring(jar.read(SBOM)).findtext("{*}metadata/{*}component/{*}version", "unknown")
    except (ElementTree.ParseError, *DAMAGE):
        raise NoJar(f"{path} is damaged: {SBOM} in it can't be read; {BUILD_AGAIN}") from None


def _flink_in(path):
    """The first two numbers of the Flink version that a jar is built for. Older jars do not tell."""
    try:
        with zipfile.ZipFile(path) as jar:
            manifest = jar.read("META-INF/MANIFEST.MF").decode()
    except KeyError:
        manifest = ""
    except (UnicodeDecodeError, *DAMAGE):
        raise NoJar(f"{path} is damaged: META-INF/MANIFEST.MF in it can't be read; {BUILD_AGAIN}") from None
    version = re.search(r"^Flink-Version: (\d+\.\d+)", manifest, re.MULTILINE)
    return version.group(1) if version else "1.20"


def _hash_of(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()
