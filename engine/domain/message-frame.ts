/** What tools wrap around the record of a message, and how a person says that there is none. */
export const messageFrames = ['debezium', 'connect', 'cloudevents', 'none'] as const;
export type MessageFrame = (typeof messageFrames)[number];
