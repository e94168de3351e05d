/** A result as it lies on disk. */
export interface ReportFile {
  /** Its name, without folders. */
  readonly name: string;
  /** Its bytes as text: the report carries them unchanged. */
  readonly text: string;
}
