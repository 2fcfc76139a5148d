// The page's own signs, drawn so that no font is needed for them.

const paths: Record<string, string> = {
  mic: 'M8 2a2 2 0 0 0-2 2v4a2 2 0 0 0 4 0V4a2 2 0 0 0-2-2M4 8a4 4 0 0 0 8 0M8 12v2',
  micOff: 'M8 2a2 2 0 0 0-2 2v4a2 2 0 0 0 4 0V4a2 2 0 0 0-2-2M4 8a4 4 0 0 0 8 0M8 12v2M2 2l12 12',
  camera: 'M2 5h8v6H2zM10 7l4-2v6l-4-2',
  cameraOff: 'M2 5h8v6H2zM10 7l4-2v6l-4-2M2 2l12 12',
  screen: 'M2 3h12v8H2zM6 14h4M8 11v3',
  screenOff: 'M2 3h12v8H2zM6 14h4M8 11v3M2 2l12 12',
  hold: 'M6 4v8M10 4v8',
  pin: 'M6 2h4l-.5 4 2 2H4.5l2-2zM8 8v6',
  lock: 'M4 7h8v6H4zM5.5 7V5a2.5 2.5 0 0 1 5 0v2',
  hash: 'M6 2 5 14M11 2l-1 12M3 6h11M2 10h11',
  mail: 'M2 4h12v8H2zM2 4l6 5 6-5',
  home: 'M2 8l6-5 6 5M4 7v6h8V7',
  send: 'M2 8h10M8 4l4 4-4 4',
  ear: 'M5 6a3 3 0 0 1 6 0c0 2-2 2.5-2 4.5S6 13 6 11',
}

export function Icon({ name, label }: { name: keyof typeof paths & string; label?: string }) {
  const shared = label ? { role: 'img' as const, 'aria-label': label } : { 'aria-hidden': true as const }
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.5"
      stroke-linecap="round" stroke-linejoin="round" {...shared}>
      {label && <title>{label}</title>}
      <path d={paths[name]} />
    </svg>
  )
}
