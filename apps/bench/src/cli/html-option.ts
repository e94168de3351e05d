/** What `--html` of a suite says of itself. */
export const HTML_OPTION: string = "also write a page with plots here, which opens offline";
