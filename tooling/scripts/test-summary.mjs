// Adds up every package's Vitest report and closes with one line: "N passed, N failed, N skipped".
import { existsSync, readdirSync, readFileSync } from "node:fs";

const root = new URL("../../", import.meta.url);
let passed = 0;
let failed = 0;
let skipped = 0;
const silent = [];
for (const group of ["packages", "apps"]) {
  for (const name of readdirSync(new URL(`${group}/`, root))) {
    if (!existsSync(new URL(`${group}/${name}/package.json`, root))) continue;
    const file = new URL(`${group}/${name}/.vitest/results.json`, root);
    if (!existsSync(file)) {
      silent.push(`${group}/${name}`);
      continue;
    }
    const report = JSON.parse(readFileSync(file, "utf8"));
    passed += report.numPassedTests;
    failed += report.numFailedTests;
    skipped += report.numPendingTests + (report.numTodoTests ?? 0);
    // A file that does not even load has no failed test in it: count it as one.
    failed += report.testResults.filter(
      (file) =>
        file.status === "failed" && file.assertionResults.every((test) => test.status !== "failed"),
    ).length;
    for (const { name: file, assertionResults } of report.testResults) {
      for (const test of assertionResults) {
        if (test.status === "pending" || test.status === "skipped") {
          console.log(
            `skipped: ${file.slice(file.indexOf(`${group}/${name}/`))}: ${test.fullName}`,
          );
        }
      }
    }
  }
}
for (const name of silent) console.log(`no test report from ${name}`);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
if (failed > 0 || passed === 0 || silent.length > 0) process.exitCode = 1;
