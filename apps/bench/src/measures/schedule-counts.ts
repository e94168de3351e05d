import type { Session } from "@sift-attention/model-runtime";

/** How often the schedule of sifted attention stepped in during a pass. */
export interface ScheduleCounts {
  /** Times that a head went over to full attention because it dropped too much. */
  readonly fallbacks: number;
  /** Steps done again because a head dropped more than it may. */
  readonly redos: number;
  /** Steps in which a head dropped more than it may and nothing was done again. */
  readonly exceeded: number;
  /** Alarms of the drift test. */
  readonly alarms: number;
}

/** Of the session's last scoring; null for attention without a schedule. */
export function readScheduleCounts(session: Session): ScheduleCounts | null {
  const counters = session.scheduleCounters();
  if (!counters) return null;
  const { fallbacks, redos, exceeded, alarms } = counters;
  return { fallbacks, redos, exceeded, alarms };
}

/** Of several passes together; null when none had a schedule. */
export function addScheduleCounts(
  counts: readonly (ScheduleCounts | null)[],
): ScheduleCounts | null {
  const scheduled = counts.filter((count) => count !== null);
  if (scheduled.length === 0) return null;
  const sum = (name: keyof ScheduleCounts): number =>
    scheduled.reduce((total, count) => total + count[name], 0);
  return {
    fallbacks: sum("fallbacks"),
    redos: sum("redos"),
    exceeded: sum("exceeded"),
    alarms: sum("alarms"),
  };
}
