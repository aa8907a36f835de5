declare module 'kafkajs/src/protocol/requests/fetch/v11/response.js' {
  /** What kafkajs calls with the bytes of a fetch's answer; it looks the function up at each call. */
  const response: { decode: (bytes: Buffer) => Promise<unknown> };
  export default response;
}
