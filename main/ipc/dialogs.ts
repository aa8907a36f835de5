import { app, dialog, type BrowserWindow, type OpenDialogOptions } from 'electron';
import type { DialogQuestion } from '../../preload/contract/wire/channels.ts';

const recordingFilter = {
  name: 'Recordings',
  extensions: ['csv', 'tsv', 'txt', 'json', 'ndjson', 'jsonl', 'parquet', 'gz', 'zst'],
};
const everyFile = { name: 'All files', extensions: ['*'] };

/** Asks in a native dialog; an empty list where it was cancelled. */
export async function askInDialog(window: BrowserWindow, question: DialogQuestion): Promise<readonly string[]> {
  // Electron opens dialogs in Downloads where no path is given.
  const defaultPath = app.getPath('documents');
  if (question.kind === 'newFile') {
    const answer = await dialog.showSaveDialog(window, { defaultPath: `${defaultPath}/${question.suggestedName}` });
    return answer.canceled || answer.filePath === '' ? [] : [answer.filePath];
  }
  const options: Readonly<Record<'recordings' | 'case' | 'model' | 'certificate' | 'folder', OpenDialogOptions>> = {
    recordings: { properties: ['openFile', 'multiSelections'], filters: [recordingFilter, everyFile] },
    case: { properties: ['openFile'], filters: [{ name: 'Assay cases', extensions: ['assay'] }, everyFile] },
    model: { properties: ['openFile'], filters: [{ name: 'ONNX models', extensions: ['onnx'] }, everyFile] },
    certificate: {
      properties: ['openFile'],
      filters: [{ name: 'Certificates', extensions: ['pem', 'crt', 'cer'] }, everyFile],
    },
    folder: { properties: ['openDirectory', 'createDirectory'] },
  };
  const answer = await dialog.showOpenDialog(window, { defaultPath, ...options[question.kind] });
  return answer.canceled ? [] : answer.filePaths;
}
