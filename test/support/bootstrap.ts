/** The bootstrap's scripts in a folder, as its pod mounts them, among modules that only look like those of CKAN's image. */
import { bootstrapScripts } from "../../ckan/scripts.ts";
import { python } from "./python.ts";

const surroundings = `
import atexit, fnmatch, json, os, shutil, sys, tempfile, time, types
folder = tempfile.mkdtemp()
atexit.register(shutil.rmtree, folder)
for name, text in json.load(sys.stdin).items():
    with open(os.path.join(folder, name), "w") as file:
        file.write(text)
sys.path.insert(0, folder)
os.environ["CKAN_INI"] = "/etc/ckan/ckan.ini"
time.sleep = lambda seconds: None
def module(name, **content):
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(content)
class OperationalError(Exception):
    pass
module("psycopg2", sql=None, OperationalError=OperationalError)
`;

/** What a Python program prints that imports these scripts, without the seconds in front of each line. */
export function runBootstrap(program: string): readonly string[] {
  return python(`${surroundings}\n${program}`, JSON.stringify(bootstrapScripts))
    .trim()
    .split("\n")
    .map((line) => line.replace(/^\[.*? s\] /, ""));
}
