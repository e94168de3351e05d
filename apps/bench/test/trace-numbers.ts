import { parseHTML } from "linkedom";

/** Follows "rows[3].klMean" into a value. */
export function follow(value: unknown, path: string): unknown {
  const steps = path.match(/[^.[\]]+/g) ?? [];
  return steps.reduce<unknown>(
    (at, step) => (at as Record<string, unknown> | undefined)?.[step],
    value,
  );
}

/** Numbers of a report and how many there are. */
export interface Traced {
  readonly count: number;
  /** Those that do not stand in the file where the page says, as they are there. */
  readonly untraceable: readonly string[];
}

/** Checks every number that names a place in a file: those of tables, and those of the tips of the plots. */
export function traceNumbers(html: string): Traced {
  const { document } = parseHTML(html);
  const claims = [...document.querySelectorAll("section")].flatMap((section) => {
    const link = document.querySelector(`nav a[href="#${section.id}"]`)!.parentElement!;
    const data = link.querySelector("a[download]")!.getAttribute("href")!;
    const record: unknown = JSON.parse(Buffer.from(data.split(",")[1]!, "base64").toString("utf8"));
    const cells = [...section.querySelectorAll("data[data-path]")].map(
      (cell) => `${cell.getAttribute("data-path")} = ${cell.getAttribute("value")}`,
    );
    const tips = [...section.querySelectorAll("svg title")].flatMap((title) =>
      (title.textContent ?? "").split("\n").slice(1),
    );
    return [...cells, ...tips].map((claim) => ({ claim, record }));
  });
  const wrong = claims.filter(({ claim, record }) => {
    const [path, value] = claim.split(" = ");
    return follow(record, path!) !== Number(value);
  });
  return { count: claims.length, untraceable: wrong.map(({ claim }) => claim) };
}
