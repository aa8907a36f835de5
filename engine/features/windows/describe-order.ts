import type { TimeOrder } from '../../domain/window-feature.ts';
import { plainDuration } from './describe-window-feature.ts';

/**
 * What a person should know of how transactions came in time, a sentence each; none where every one was seen in its place.
 * @param eventTime the name of the column
 */
export function describeTimeOrder(order: TimeOrder | null, eventTime: string, latenessMs: number): readonly string[] {
  if (order === null) return [];
  const { stepsBack, isNewestFirst, isSorted, entities } = order;
  const what = isNewestFirst ? 'newest first' : `${counted(stepsBack)} ${stepsBack === 1 ? 'step' : 'steps'} back`;
  const isDisordered = `The transactions do not come in the order of '${eventTime}' (${what})`;
  const late = entities.filter((entity) => entity.late > 0);
  const alone = entities.flatMap(({ entity, tooLate, withoutTime, withoutEntity }) => [
    ...(tooLate === 0 ? [] : [`${counted(tooLate)} more than ${plainDuration(latenessMs)} late (by ${entity})`]),
    ...(withoutTime === 0 ? [] : [`${counted(withoutTime)} without an event time (by ${entity})`]),
    ...(withoutEntity === 0 ? [] : [`${counted(withoutEntity)} without ${entity}`]),
  ]);
  return [
    ...(isSorted && stepsBack > 0 ? [`${isDisordered}; features over time were computed in its order.`] : []),
    ...(late.length === 0
      ? []
      : [
          `${isDisordered}: ${late.map((entity) => `${counted(entity.late)} came after newer ones of the same ${entity.entity}`).join(', ')}, whose features over time were computed without them. Read as a whole recording, they are put in order.`,
        ]),
    ...(alone.length === 0 ? [] : [`Features over time see only the transaction itself for ${alone.join(', ')}.`]),
  ];
}

function counted(count: number): string {
  return count.toLocaleString('en-US');
}
