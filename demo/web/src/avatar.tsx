// A face for everyone: their initials on a colour that follows from their id.

export function Avatar({ id, name, app }: { id: string; name: string; app?: boolean }) {
  if (app) {
    return (
      <svg class="avatar" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="9" fill="#0f4a43" />
        <path d="M9 25V9a2 2 0 0 1 2-2h10a2 2 0 0 1 2 2v16M6 25h20" fill="none" stroke="#f3efe4" stroke-width="2.4" stroke-linecap="round" />
        <circle cx="19.2" cy="16.4" r="1.7" fill="#ff9f6b" />
      </svg>
    )
  }
  return <span class={`avatar hue${hue(id)}`} aria-hidden="true">{initials(name)}</span>
}

function hue(id: string): number {
  let sum = 0
  for (const c of id) sum = (sum * 31 + c.codePointAt(0)!) >>> 0
  return sum % 8
}

function initials(name: string): string {
  const words = name.replace(/[^\p{L}\p{N} ]/gu, '').trim().split(/\s+/)
  return words.slice(0, 2).map((w) => [...w][0] ?? '').join('').toUpperCase() || '?'
}
