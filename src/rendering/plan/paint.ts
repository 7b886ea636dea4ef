/** The colours of a plan. */
import { styleText } from 'node:util';
import type { Action } from '../../planning/change.js';
import type { RenderOptions } from '../options.js';

type Style = 'red' | 'green' | 'yellow' | 'cyan' | 'bold' | 'dim';
export type Paint = (style: Style, text: string) => string;

/** The sign of each action, with its colour. */
export const MARKS: Readonly<Record<Action, { readonly symbol: string; readonly style: Style }>> = {
  create: { symbol: '+', style: 'green' },
  update: { symbol: '~', style: 'yellow' },
  delete: { symbol: '-', style: 'red' },
  expire: { symbol: '-', style: 'red' },
  revive: { symbol: '↺', style: 'cyan' },
};

/** What follows the name of what is changed. */
export const PHRASES: Readonly<Record<Action, string>> = {
  create: 'will be created',
  update: 'will be updated',
  delete: 'will be deleted',
  expire: 'will expire',
  revive: 'will be revived',
};

/** Colours a text, or leaves it as it is. */
export function painter({ color }: RenderOptions): Paint {
  if (!color) return (_style, text) => text;
  return (style, text) => styleText(style, text, { validateStream: false });
}
