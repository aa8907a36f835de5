import type { ReactNode, RefObject } from 'react';
import { useWindowState } from '../../data/app-state.tsx';
import { SplitPane } from '../../ui/split-pane.tsx';

/** The two halves of a desk of Triage: what is listed, and beside it what is known of the selected one and done with it. */
export function DeskSplit({
  desk,
  mainLabel,
  detailLabel,
  main,
  story,
  actions,
}: {
  readonly desk: RefObject<HTMLDivElement | null>;
  readonly mainLabel: string;
  readonly detailLabel: string;
  readonly main: ReactNode;
  readonly story: ReactNode;
  readonly actions: ReactNode;
}): ReactNode {
  const [detailPx, setDetailPx] = useWindowState('triage.detailPx', window.innerWidth < 1400 ? 384 : 456);
  return (
    <div className="triage-desk" ref={desk}>
      <SplitPane
        mainLabel={mainLabel}
        detailLabel={detailLabel}
        detailPx={detailPx}
        onResize={setDetailPx}
        defaultPx={456}
        minimumPx={340}
        main={main}
        detail={
          <div className="triage-detail">
            <div className="triage-story">{story}</div>
            {actions}
          </div>
        }
      />
    </div>
  );
}
