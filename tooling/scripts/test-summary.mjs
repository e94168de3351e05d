// Adds up every package's Vitest report and closes with one line: "N passed, N failed, N skipped".
import { existsSync, readdirSync, readFileSync } from "node:fs";

const root = new URL("../../", import.meta.url);

/** Folders of the workspace whose package has tests. */
function testedFolders() {
  return ["packages", "apps", "tooling"].flatMap((group) =>
    readdirSync(new URL(`${group}/`, root))
      .map((name) => `${group}/${name}/`)
      .filter((folder) => {
        const manifest = new URL(`${folder}package.json`, root);
        return (
          existsSync(manifest) &&
          JSON.parse(readFileSync(manifest, "utf8")).scripts?.test !== undefined
        );
      }),
  );
}

/** Counts of one report. A file that does not even load has no failed test in it: it counts as one. */
function countTests(report) {
  const unloadable = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && assertionResults.every((test) => test.status !== "failed"),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloadable.length,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  };
}

function printSkipped(folder, { testResults }) {
  for (const { name: file, assertionResults } of testResults) {
    for (const { status, fullName } of assertionResults) {
      if (status !== "pending" && status !== "skipped") continue;
      console.log(`skipped: ${file.slice(file.indexOf(folder))}: ${fullName}`);
    }
  }
}

const total = { passed: 0, failed: 0, skipped: 0 };
let silent = 0;
for (const folder of testedFolders()) {
  const file = new URL(`${folder}.vitest/results.json`, root);
  if (!existsSync(file)) {
    console.log(`no test report from ${folder}`);
    silent++;
    continue;
  }
  const report = JSON.parse(readFileSync(file, "utf8"));
  printSkipped(folder, report);
  const counts = countTests(report);
  for (const key of Object.keys(total)) total[key] += counts[key];
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
if (total.failed > 0 || total.passed === 0 || silent > 0) process.exitCode = 1;
