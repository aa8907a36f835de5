/** What a team that closes at most `capacityPerDay` alerts a day has left over. */
export interface Backlog {
  /** Days with more new alerts than the team closes in one day. */
  readonly daysOver: number;
  /** Most alerts left at the end of a day, and that day; -1 where nothing is ever left. */
  readonly worst: number;
  readonly worstDay: number;
  /** Days after the worst one until nothing is left; null where the stream ends before. */
  readonly daysToClear: number | null;
  /** Alerts left at the end of each day. */
  readonly left: Float64Array;
}

/** Lets a team work through the alerts day by day, oldest first, carrying over what it could not close. */
export function simulateBacklog(alertsByDay: ArrayLike<number>, capacityPerDay: number): Backlog {
  const left = new Float64Array(alertsByDay.length);
  let carried = 0;
  let daysOver = 0;
  let worst = 0;
  let worstDay = -1;
  for (let day = 0; day < alertsByDay.length; day++) {
    if (alertsByDay[day] > capacityPerDay) daysOver++;
    carried = Math.max(0, carried + alertsByDay[day] - capacityPerDay);
    left[day] = carried;
    if (carried > worst) {
      worst = carried;
      worstDay = day;
    }
  }
  return { daysOver, worst, worstDay, daysToClear: daysUntilClear(left, worstDay), left };
}

function daysUntilClear(left: Float64Array, worstDay: number): number | null {
  if (worstDay < 0) return 0;
  const cleared = left.findIndex((count, day) => day > worstDay && count === 0);
  return cleared < 0 ? null : cleared - worstDay;
}

/** The backlog in one sentence, such as "11 of 153 days over; worst backlog 96 alerts, cleared in 2 days". */
export function describeBacklog({ daysOver, worst, daysToClear, left }: Backlog): string {
  const days = left.length;
  if (daysOver === 0) return `No day of ${days} is over budget`;
  const over = `${daysOver} of ${days} days over`;
  const backlog = `worst backlog ${Math.round(worst).toLocaleString('en')} alerts`;
  if (daysToClear === null) return `${over}; ${backlog}, not cleared by the end`;
  return `${over}; ${backlog}, cleared in ${daysToClear} ${daysToClear === 1 ? 'day' : 'days'}`;
}
