// Fetches ONNX Runtime and its extensions from npm into one folder and keeps only what this machine can use:
//
//     node fetch.mjs TARGET-FOLDER
//
// TARGET-FOLDER/Runtime/**.g.cs       C# layer of ONNX Runtime
// TARGET-FOLDER/native/*              native libraries of this operating system and processor
// TARGET-FOLDER/package-lock.json     which versions these are; its presence says that the folder is complete
//
// Everything is prepared in a folder of its own and renamed at the end: neither a failure nor a second build at the
// same time leaves half a folder behind.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, utimesSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const here = import.meta.dirname;
const target = resolve(process.argv[2]);
const onnxRuntime = "com.github.asus4.onnxruntime";
const extensions = "com.github.asus4.onnxruntime-extensions";

const pluginFolders = {
  "linux-x64": "Linux/x64",
  "win32-x64": "Windows/x64",
  "win32-arm64": "Windows/arm64",
  "darwin-arm64": "macOS/arm64",
};

function isCurrent(folder) {
  const lock = join(folder, "package-lock.json");
  return existsSync(lock) && readFileSync(lock, "utf8") === readFileSync(join(here, "package-lock.json"), "utf8");
}

function install(folder) {
  for (const name of ["package.json", "package-lock.json"]) {
    cpSync(join(here, name), join(folder, name));
  }

  const result = spawnSync("npm", ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (result.error || result.status !== 0) {
    throw new Error(`npm ci: ${result.error?.message ?? `ended with exit code ${result.status}`}. `
      + "Needs npm and a registry that has the packages of eng/OnnxRuntime/package.json. Check the npm configuration and build again.");
  }
}

function keepWhatIsUsed(installed, kept, plugins) {
  const runtime = join(installed, "node_modules", onnxRuntime);
  for (const source of readdirSync(join(runtime, "Runtime"), { recursive: true }).filter((file) => file.endsWith(".cs"))) {
    // The ending .g.cs tells dotnet format and the analyzers that these files are not ours to change.
    cpSync(join(runtime, "Runtime", source), join(kept, "Runtime", source.replace(/\.cs$/, ".g.cs")));
  }
  for (const notice of ["LICENSE", "ThirdPartyNotices.txt"]) {
    cpSync(join(runtime, notice), join(kept, notice));
  }

  for (const name of [onnxRuntime, extensions]) {
    const folder = join(installed, "node_modules", name, "Plugins", plugins);
    for (const file of readdirSync(folder).filter((file) => !file.endsWith(".meta"))) {
      cpSync(join(folder, file), join(kept, "native", file));
    }
  }

  cpSync(join(here, "package-lock.json"), join(kept, "package-lock.json"));
}

function moveIntoPlace(kept) {
  if (isCurrent(target)) {
    return; // Another build was first, with the same result.
  }

  rmSync(target, { recursive: true, force: true });
  renameSync(kept, target);
}

function fetch() {
  if (isCurrent(target)) {
    const now = new Date();
    utimesSync(join(target, "package-lock.json"), now, now); // The build compares times.
    return;
  }

  const host = `${process.platform}-${process.arch}`;
  const plugins = pluginFolders[host];
  if (!plugins) {
    throw new Error(`ONNX Runtime from npm: this machine is ${host}. Needs one of ${Object.keys(pluginFolders).join(", ")}. `
      + "Build in Package mode (-p:MLNet=Package) with a feed that has the official packages.");
  }

  mkdirSync(dirname(target), { recursive: true });
  const work = mkdtempSync(`${target}-`);
  try {
    const installed = join(work, "installed");
    const kept = join(work, "kept");
    mkdirSync(installed);
    mkdirSync(kept);
    install(installed);
    keepWhatIsUsed(installed, kept, plugins);
    moveIntoPlace(kept);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

try {
  fetch();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
