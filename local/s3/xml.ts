export type XmlElement = readonly [name: string, content: string | readonly XmlElement[]];

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeText(text: string): string {
  return text
    .replace(/[&<>"]/g, (mark) => entities[mark] ?? mark)
    .replace(/[\r\n\t]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

function renderElement([name, content]: XmlElement): string {
  const inner = typeof content === 'string' ? escapeText(content) : content.map(renderElement).join('');
  return `<${name}>${inner}</${name}>`;
}

/** A document as S3 writes it. */
export function renderXml(root: string, content: readonly XmlElement[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${renderElement([root, content])}`;
}
