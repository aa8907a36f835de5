/** What tools wrap around a record, and how a person says that there is nothing to take off. */
export const messageFrames = ['debezium', 'maxwell', 'goldengate', 'dms', 'connect', 'cloudevents', 'none'] as const;
export type MessageFrame = (typeof messageFrames)[number];
