/** Texts of people, sealed under a key of the user that lies in no case; rows hold their tokens only. */
export const sealedTexts = `
CREATE TABLE sealed_text (
  token TEXT PRIMARY KEY,
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
`;
