import { useState } from 'react';
import type { Settings } from '../../../engine/domain/settings.ts';
import { useApp, useCase, useSettings } from '../../data/app-state.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Checkbox, Field, NumberField, Segmented } from '../../ui/field.tsx';
import { AlertGrouping } from './alert-grouping.tsx';
import { BelowLineShare } from './below-line-share.tsx';
import { KeySettings } from './key-settings.tsx';
import './settings.css';

/** What a person sets for themselves. Every change counts at once. */
export function SettingsDialog({ onClose }: { readonly onClose: () => void }) {
  const [settings, change] = useSettings();
  const app = useApp();
  const openCase = useCase();
  const [analyst, setAnalyst] = useState(settings.analyst);
  return (
    <Dialog title="Settings" size="wide" onClose={onClose}>
      <div className="settings">
        <section aria-label="Person">
          <h3>You</h3>
          <Field
            label="Name"
            layout="row"
            placeholder="Written beside verdicts and notes"
            maxLength={200}
            value={analyst}
            onChange={setAnalyst}
            onBlur={() => analyst !== settings.analyst && change({ analyst })}
            onKeyDown={(event) => event.key === 'Enter' && change({ analyst })}
          />
        </section>
        <section aria-label="Team">
          <h3>What can the team review?</h3>
          <NumberField
            label="Analysts"
            layout="row"
            value={settings.analysts}
            onChange={(analysts) => change({ analysts })}
            minimum={1}
            maximum={1000}
            isInteger
          />
          <NumberField
            label="Alerts a day, each"
            layout="row"
            value={settings.alertsPerAnalystPerDay}
            onChange={(alertsPerAnalystPerDay) => change({ alertsPerAnalystPerDay })}
            minimum={1}
            maximum={100_000}
            isInteger
          />
          <p className="soft tabular">
            = {settings.analysts * settings.alertsPerAnalystPerDay} alerts a day, the budget of a new case
          </p>
        </section>
        {openCase !== null && (
          <section aria-label="This case">
            <h3>What is one alert in {openCase.name}?</h3>
            <AlertGrouping openCase={openCase} />
            <BelowLineShare openCase={openCase} />
          </section>
        )}
        <section aria-label="Backups">
          <h3>Backups</h3>
          <Checkbox
            label="Back a case up every two hours while it is worked on: three of today, one of each day before, ten in all"
            checked={settings.scheduledBackups}
            onChange={(scheduledBackups) => change({ scheduledBackups })}
          />
        </section>
        <section aria-label="Looks">
          <h3>Looks</h3>
          <Choice<Settings['theme']>
            label="Theme"
            value={settings.theme}
            options={[
              { value: 'system', text: 'As the system' },
              { value: 'light', text: 'Light' },
              { value: 'dark', text: 'Dark' },
            ]}
            onChange={(theme) => change({ theme })}
          />
          <Choice<Settings['density']>
            label="Rows"
            value={settings.density}
            options={[
              { value: 'dense', text: 'Dense' },
              { value: 'comfortable', text: 'Comfortable' },
            ]}
            onChange={(density) => change({ density })}
          />
          <Choice<Settings['times']>
            label="Times"
            value={settings.times}
            options={[
              { value: 'both', text: 'Case zone and UTC' },
              { value: 'case', text: 'Case zone' },
              { value: 'utc', text: 'UTC' },
            ]}
            onChange={(times) => change({ times })}
          />
        </section>
        <section aria-label="This program">
          <h3>This program</h3>
          <p className="soft">
            Assay {app.version}, {app.host === 'electron' ? 'desktop window' : 'browser window'}. Data in{' '}
            <span className="fixed">{app.dataFolder}</span>. It opens no network connection by itself.
          </p>
        </section>
      </div>
      <KeySettings />
    </Dialog>
  );
}

function Choice<Value extends string>(props: {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly text: string }[];
  readonly onChange: (value: Value) => void;
}) {
  return (
    <div className="settings-choice">
      <span aria-hidden="true">{props.label}</span>
      <Segmented {...props} />
    </div>
  );
}
