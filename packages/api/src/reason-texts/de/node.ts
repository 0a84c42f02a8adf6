import type english from '../en/node.ts'

const reasons: Record<keyof typeof english, string> = {
  // Work of the node.
  'job-cancelled': 'abgebrochen',
  'job-gone': 'diese Aufgabe gibt es nicht: Nur die letzten beendeten bleiben',
  'no-restart': 'dieser Knoten kann sich nicht selbst neu starten: Beenden und starten Sie ihn',
  'setting-fixed':
    '{name} ist durch die Befehlszeile, die Umgebung oder die Einstellungsdatei des Knotens festgelegt: Ändern Sie es dort',
  'network-starting': 'Das Shoal-Netzwerk startet: Versuchen Sie es in einigen Sekunden erneut',
  'network-unavailable': 'Das Shoal-Netzwerk ist nicht verfügbar: {why}',
  'network-connect': 'keine Verbindung zu {address}: {why}',
  'network-closed': '{address} hat die Verbindung beendet',
  'network-port': 'ein anderes Programm benutzt den Port {port}: Wählen Sie einen anderen',
  'network-no-address': '{name} hat keine Adresse',
  'announce-private': '{name} ist privat oder versiegelt und wird nie unter seiner Inhalts-ID angekündigt',
  'announce-unknown': '{name} lässt sich nicht ankündigen, bis die Metadaten bekannt sind',
  'hook-failed': '{program} lässt sich nicht ausführen: {why}',
}

export default reasons
