import type { AwsError, HttpRequest, HttpResponse, Shape } from '../types.ts';

type Tree = { [key: string]: Tree | string };

/** `A.member.1.B=x` or `A.entry.1.key=k` as nested objects, lists and maps. All scalars stay text. */
function settle(node: Tree | string): Shape {
  if (typeof node === 'string') return node;
  const keys = Object.keys(node);
  const numbered = keys.every((k) => /^\d+$/.test(k));
  if (keys.length > 0 && numbered) {
    return keys.sort((a, b) => Number(a) - Number(b)).map((k) => settle(node[k]!));
  }
  if (keys.length === 1 && keys[0] === 'member') return settle(node['member']!);
  if (keys.length === 1 && keys[0] === 'entry') {
    const entries = settle(node['entry']!) as { key: string; value: Shape }[];
    return Object.fromEntries(entries.map((e) => [e.key, e.value]));
  }
  return Object.fromEntries(keys.map((k) => [k, settle(node[k]!)]));
}

/** The query protocol: a form in, XML out. */
export function decodeQuery(request: HttpRequest): { readonly operation: string; readonly input: Shape } {
  const form = new URLSearchParams(request.body.toString('utf8'));
  const tree: Tree = {};
  for (const [name, value] of form) {
    if (name === 'Action' || name === 'Version') continue;
    const parts = name.split('.');
    let node = tree;
    for (const part of parts.slice(0, -1)) {
      const next = Object.hasOwn(node, part) ? node[part] : undefined;
      const child: Tree = typeof next === 'object' ? next : {};
      node[part] = child;
      node = child;
    }
    node[parts.at(-1)!] = value;
  }
  return { operation: form.get('Action') ?? '', input: settle(tree) };
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function xml(name: string, value: Shape): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return `<${name}>${value.map((v) => xml('member', v)).join('')}</${name}>`;
  if (value instanceof Date) return `<${name}>${value.toISOString()}</${name}>`;
  if (value instanceof Uint8Array) return `<${name}>${Buffer.from(value).toString('base64')}</${name}>`;
  if (typeof value === 'object') {
    return `<${name}>${Object.entries(value)
      .map(([k, v]) => xml(k, v))
      .join('')}</${name}>`;
  }
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}

const headers = { 'content-type': 'text/xml' };

export const encodeQuery = (operation: string, output: Shape, requestId: string): HttpResponse => ({
  status: 200,
  headers,
  body: `<${operation}Response>${xml(`${operation}Result`, output ?? {})}${xml('ResponseMetadata', { RequestId: requestId })}</${operation}Response>`,
});

export const encodeQueryError = (error: AwsError, requestId: string): HttpResponse => ({
  status: error.statusCode,
  headers,
  body: `<ErrorResponse>${xml('Error', {
    Type: error.statusCode >= 500 ? 'Receiver' : 'Sender',
    Code: error.name,
    Message: error.message,
  })}${xml('RequestId', requestId)}</ErrorResponse>`,
});
