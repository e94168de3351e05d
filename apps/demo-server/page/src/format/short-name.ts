/** A model's name where there is little room: of a URL the last part. */
export function shortName(name: string): string {
  return /^https?:/.test(name) ? (name.split("/").findLast((part) => part !== "") ?? name) : name;
}
