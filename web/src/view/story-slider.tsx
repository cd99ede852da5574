/** Goes through the records around a moment, by mouse, finger and arrow keys. */
import { useState } from 'react';
import type { PastMoment } from '../../../src/story/moment.ts';
import { pastHash } from '../model/story-place.ts';
import { timeOf } from '../model/story-words.ts';

export function MomentSlider({ name, moment }: { readonly name: string; readonly moment: PastMoment }) {
  const { record, around } = moment;
  const [shown, setShown] = useState(around);
  const [chosen, setChosen] = useState(record.seq);
  const [open, setOpen] = useState(record.seq);
  if (open !== record.seq) {
    setOpen(record.seq);
    setChosen(record.seq);
    // Under a hand that moves it the scale stays as it is, for as long as it reaches.
    const index = shown.findIndex(({ seq }) => seq === record.seq);
    if (index <= 0 || index === shown.length - 1) setShown(around);
  }
  const index = Math.max(
    0,
    shown.findIndex(({ seq }) => seq === chosen),
  );
  const at = shown[index];
  const choose = (value: number): void => {
    const mark = shown[value];
    if (mark === undefined) return;
    setChosen(mark.seq);
    // No step of the browser's way back for each record that is passed.
    history.replaceState(history.state, '', pastHash(name, mark.seq));
    dispatchEvent(new HashChangeEvent('hashchange'));
  };
  if (shown.length < 2) return null;
  return (
    <label className="slider">
      Records {shown[0]?.seq} to {shown.at(-1)?.seq}
      <input
        type="range"
        min={0}
        max={shown.length - 1}
        value={index}
        aria-valuetext={at === undefined ? '' : `record ${String(at.seq)}, ${timeOf(at.at)}, ${at.says}`}
        onChange={(event) => choose(Number(event.target.value))}
      />
    </label>
  );
}
