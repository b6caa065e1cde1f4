import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Folders that tools make, at any depth. */
const MADE = /^(node_modules|cdk\.out.*|rehearsal|dist|coverage|__pycache__|\..*)$/;

/** Folders of the project in a folder, without those that tools make. Git is not asked: an export has none. */
export const foldersIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !MADE.test(entry.name))
    .map((entry) => entry.name)
    .sort();

/** Markdown files of the project, relative to its root. */
export function documents(root: string, folder = ''): string[] {
  const here = readdirSync(join(root, folder)).filter((name) => name.endsWith('.md'));
  const below = foldersIn(join(root, folder)).flatMap((name) => documents(root, join(folder, name)));
  return [...here.map((name) => join(folder, name)), ...below];
}

/** Text outside of code: neither fenced blocks nor spans. */
const prose = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');

/** Anchor that GitHub gives a heading: lower case, no punctuation, hyphens for spaces. */
export const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

/** Anchors of a document's headings. */
export function anchorsOf(text: string): string[] {
  const outside = text.replace(/^```[\s\S]*?^```/gm, '');
  return [...outside.matchAll(/^#{1,6} +(.+)$/gm)].map((m) => anchorOf(m[1]!));
}

/** Relative links of a document that lead nowhere: no such file, or no such heading in it. */
export function brokenLinks(root: string, file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const links = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map((m) => m[1]!);
  return links.filter((link) => !/^[a-z]+:/.test(link) && !leadsSomewhere(root, file, link));
}

function leadsSomewhere(root: string, file: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? join(root, file) : join(root, dirname(file), path);
  if (!existsSync(target)) return false;
  return anchor === undefined || anchorsOf(readFileSync(target, 'utf8')).includes(anchor);
}
