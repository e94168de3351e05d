import { describe, expect, test } from "vitest";
import { mergePeers } from "./merge-peers.ts";
import { expectPeerFile } from "./peer-run.ts";
import { peerOf, recordOf, rowOf } from "./record.fixture.ts";

const file = { device: { name: "ACME R1" }, versions: { torch: "2.11" } };

describe("mergePeers", () => {
  test("folds rows into the contestants and leaves ours alone", () => {
    const record = recordOf([rowOf({ kernel: "full" })]);
    const merged = mergePeers(record, { ...file, rows: [peerOf({ kernel: "cudnn-full" })] });
    expect(merged).toEqual({
      ...record,
      contestants: [peerOf({ kernel: "cudnn-full" })],
      contestantRuns: [file],
    });
  });

  test("replaces rows of the same case and kernel when it is done again", () => {
    const record = recordOf(
      [],
      [peerOf({ kernel: "cudnn-full", medianUs: 1 }), peerOf({ kernel: "flash-full" })],
    );
    const fresh = { ...file, rows: [peerOf({ kernel: "cudnn-full", medianUs: 2 })] };
    const twice = mergePeers(mergePeers(record, fresh), fresh);
    expect(twice.contestants.map(({ kernel, medianUs }) => [kernel, medianUs])).toEqual([
      ["flash-full", 100],
      ["cudnn-full", 2],
    ]);
    expect(twice.contestantRuns).toEqual([file]);
  });
});

describe("expectPeerFile", () => {
  test("keeps what rows carry beyond the promised fields", () => {
    const row = { ...peerOf({ kernel: "cudnn-full" }), timing: "graph" };
    expect(expectPeerFile("cuda.json", { ...file, rows: [row] }).rows).toEqual([row]);
  });

  test.each([
    [[], "expected an object with rows"],
    [{ rows: 3 }, "expected an object with rows"],
    [{ rows: [3] }, "rows[0]: expected an object"],
    [{ rows: [{ ...peerOf({ kernel: "x" }), kernel: 3 }] }, "rows[0]: expected kernel"],
    [{ rows: [peerOf({ kernel: "x" }), { kernel: "x", shape: "s" }] }, "rows[1]: expected batch"],
  ])("refuses %j", (value, message) => {
    expect(() => expectPeerFile("cuda.json", value)).toThrow(`--merge: cuda.json: ${message}`);
  });
});
