/** Above the columns: what to do with them, or, in its place, why what was chosen last does not fit. Nothing moves. */
export function ColumnsTitle({ refusal, children }: { readonly refusal: string | null; readonly children: string }) {
  return refusal === null ? (
    <h3 className="sources-title">{children}</h3>
  ) : (
    <h3 className="sources-title sources-problem ellipsis" role="alert" title={refusal}>
      <span aria-hidden="true">▲ </span>
      {refusal}
    </h3>
  );
}
