import type { ReactNode } from 'react';
import { ErrorState } from '../../ui/states.tsx';
import { DetailPane, type DetailPaneProps } from './detail-pane.tsx';
import type { SelectedAlert } from './use-selected-alert.ts';

/** All that is known of the selected alert of a desk, or why it could not be read. */
export function AlertStory({
  alert,
  isShown,
  ...pane
}: {
  readonly alert: SelectedAlert;
  /** Whether an alert is selected; the detail of the one before may still be there. */
  readonly isShown: boolean;
} & Omit<
  DetailPaneProps,
  'modelId' | 'detail' | 'openCase' | 'chosen' | 'onCopy' | 'onHistory' | 'onSplit'
>): ReactNode {
  const { modelId, openCase, detail, chosen } = alert;
  return (
    <>
      {detail.error !== null && (
        <ErrorState title="The alert could not be read" error={detail.error} onRetry={detail.refetch} />
      )}
      {detail.data !== undefined && isShown && (
        <DetailPane
          {...pane}
          modelId={modelId}
          detail={detail.data}
          openCase={openCase}
          chosen={chosen}
          onCopy={alert.copy}
          onHistory={alert.showHistory}
          onSplit={alert.split}
        />
      )}
    </>
  );
}
