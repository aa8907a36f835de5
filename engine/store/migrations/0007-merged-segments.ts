/** Segments are merged as rows come: what is stored for one must be found, and taken away, without a scan. */
export const mergedSegments = `
CREATE INDEX features_of_segment ON feature_segment (segment_id);
CREATE INDEX scores_of_segment ON score_segment (segment_id);
`;
