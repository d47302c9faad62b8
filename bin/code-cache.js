'use strict';

/**
 * Loads the bundle with V8's code cache of an earlier run of the same verb, since compiling a megabyte costs more than
 * most verbs do. The cache is only a shortcut: whatever is wrong with it, the bundle runs without.
 * (Node's own module.enableCompileCache() exists from Node 22 on; with one cache for all verbs it saves half as much.)
 */
const fs = require('node:fs');
const Module = require('node:module');
const { homedir } = require('node:os');
const { dirname, join } = require('node:path');
const vm = require('node:vm');

const MONTH = 30 * 24 * 3600 * 1000;
/** `1.4.0-1a2b3c-v20.19.0-x64`: what `cacheFile` names a build's folder. */
const BUILD_FOLDER = /^[\w.-]+-v\d+\.\d+\.\d+[\w.-]*-\w+$/;

/** The bundle's exports. Says what to do and ends where nothing was built. */
function loadBundle(root, argv) {
  const folder = join(root, 'dist');
  if (!fs.existsSync(join(folder, 'longshore.cjs'))) {
    process.stderr.write(`Longshore is not built here; run: npm ci && npm run build (in ${root})\n`);
    process.exit(1);
  }
  if (argv.includes('--debug')) return loadWithSourceMap(join(folder, 'longshore.cjs'));
  return loadCached(join(folder, 'longshore.cjs'), argv[0] ?? '--help');
}

/** Stack traces then name the lines of the source, at the price of compiling everything. */
function loadWithSourceMap(filename) {
  process.setSourceMapsEnabled(true);
  return require(filename);
}

function loadCached(filename, verb) {
  const source = fs.readFileSync(filename, 'latin1');
  const file = cacheFile(source, filename, verb);
  const cachedData = file && readOwn(file);
  const script = new vm.Script(Module.wrap(source), {
    filename,
    cachedData,
    importModuleDynamically: vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const exports = evaluate(script, filename, verb);
  if (file && (cachedData === undefined || script.cachedDataRejected))
    process.once('exit', () => save(file, script));
  return exports;
}

/** Runs the script as the CommonJS module that it is, so that a later require() of the file finds it. */
function evaluate(script, filename, verb) {
  const bundle = new Module(filename, module);
  bundle.filename = filename;
  bundle.paths = Module._nodeModulePaths(dirname(filename));
  require.cache[filename] = bundle;
  const plain = Module.createRequire(filename);
  const load = (id) => (id === './packages.cjs' ? loadPackages(filename, verb) : plain(id));
  const wrapper = script.runInThisContext();
  wrapper.call(
    bundle.exports,
    bundle.exports,
    Object.assign(load, plain),
    bundle,
    filename,
    dirname(filename),
  );
  bundle.loaded = true;
  return bundle.exports;
}

/** The second file of the bundle: packages that only some verbs need. */
function loadPackages(filename, verb) {
  const packages = join(dirname(filename), 'packages.cjs');
  return require.cache[packages]?.exports ?? loadCached(packages, verb);
}

/** One cache for each verb, for what it runs is what should be compiled; V8 itself compares only the source's length. */
function cacheFile(source, filename, verb) {
  const build = /^\/\/ build ([\w.-]+)\n/.exec(source)?.[1];
  if (build === undefined || !/^[a-z-]{2,40}$/.test(verb)) return undefined;
  const home = process.env.XDG_CACHE_HOME || join(process.env.HOME || homedir(), '.cache');
  return join(home, 'longshore', 'code', `${build}-${process.version}-${process.arch}`, verb);
}

/** Code is run from it, so it and the folders it is in must be this user's own and nobody else's to write. */
function readOwn(filename) {
  let file;
  try {
    if (!foldersOf(filename).every(isOwnFolder)) return undefined;
    const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
    file = fs.openSync(filename, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    // What is looked at is what is read, whatever takes its name meanwhile.
    const status = fs.fstatSync(file);
    return status.isFile() && isOwn(status) ? fs.readFileSync(file) : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) fs.closeSync(file);
  }
}

/** The folders below the cache's home, which may be one that all share: `longshore`, `code` and the build's. */
function foldersOf(file) {
  const build = dirname(file);
  return [dirname(dirname(build)), dirname(build), build];
}

function isOwnFolder(path) {
  const status = fs.lstatSync(path);
  return status.isDirectory() && isOwn(status);
}

function isOwn({ uid, mode }) {
  return (process.getuid === undefined || uid === process.getuid()) && (mode & 0o022) === 0;
}

function save(file, script) {
  // What went wrong may have been a mistyped verb, and is no run to learn from.
  if (process.exitCode === 2) return;
  // Nobody else can write to the folder; a name that is free is all it takes.
  const draft = `${file}.${process.pid}-${Math.random().toString(36).slice(2)}`;
  try {
    if (!foldersOf(file).every(makeOwnFolder)) return;
    fs.writeFileSync(draft, script.createCachedData(), { mode: 0o600, flag: 'wx' });
    fs.renameSync(draft, file);
    forgetOldBuilds(dirname(dirname(file)), dirname(file));
  } catch {
    // A full disk or a read-only home: the next run compiles again.
    forget(draft);
  }
}

/** One level at a time: a link, or a folder that another user put there, leads nowhere. False where it is that. */
function makeOwnFolder(path, level) {
  try {
    if (level === 0) fs.mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    fs.mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  return isOwnFolder(path);
}

function forget(draft) {
  try {
    fs.rmSync(draft, { force: true });
  } catch {
    // It goes with its build's folder.
  }
}

/** Only what was made here goes: whatever else somebody keeps in the folder is theirs. */
function forgetOldBuilds(folder, current) {
  for (const name of fs.readdirSync(folder)) {
    const path = join(folder, name);
    if (path === current || !BUILD_FOLDER.test(name)) continue;
    const status = fs.lstatSync(path);
    if (status.isDirectory() && isOwn(status) && Date.now() - status.mtimeMs > MONTH)
      fs.rmSync(path, { recursive: true });
  }
}

module.exports = { loadBundle };
