import type { Translation } from '@shoal/messages'
import type { reach as english } from '../en/reach.ts'

export const reach: Translation<typeof english> = {
  title: 'Andere hereinlassen',
  open: 'Andere hereinlassen',
  opening: 'Wird geöffnet und geprüft …',
  close: 'Andere nicht mehr hereinlassen',
  test: 'Noch einmal prüfen',
  noHub:
    'Kein Hub konnte von außen prüfen. Tragen Sie in den Einstellungen unter „Tracker für neue Torrents“ den Tracker eines Hubs ein.',
  about:
    'Der Knoten nimmt dann Verbindungen in Ihrem Netzwerk an, sofort und nach jedem Neustart, und Links beginnen mit einer Adresse, die andere öffnen können. Wer einen Link hat, öffnet ihn ohne Passwort. Die Konsole bekommt ein Passwort.',
  own: 'Adresse in Ihrem Netzwerk',
  password: 'Passwort für die Konsole',
  passwordHint: 'Mindestens 8 Zeichen. Lassen Sie es leer für sechs zufällige Wörter.',
  outside: 'Für Menschen außerhalb Ihres Netzwerks',
  address: 'Öffentliche Adresse',
  addressHint:
    'Ihr Router muss diesen Port an diesen Rechner weiterleiten. Lassen Sie es leer, wenn Sie die Adresse nicht kennen: Die Prüfung durch einen Hub findet sie.',
  fixedHost:
    'Der Knoten wurde so gestartet, dass er nur Verbindungen von seinem eigenen Rechner annimmt (--host). Starten Sie ihn ohne diese Option, um andere hereinzulassen.',
  retry: 'Noch einmal versuchen',
  noNetwork: 'Dieser Rechner ist in keinem Netzwerk. Verbinden Sie ihn und versuchen Sie es noch einmal.',
  begin: 'Sie beginnen mit',
  links: {
    machine: 'Links funktionieren nur auf diesem Rechner.',
    network: 'Links funktionieren in diesem Netzwerk.',
    everyone: 'Links funktionieren für alle.',
  },
  linkFor: {
    machine: 'Dieser Link funktioniert nur auf diesem Rechner.',
    network: 'Dieser Link funktioniert in diesem Netzwerk: in jedem Browser dort, ohne Installation.',
    everyone: 'Dieser Link funktioniert für alle: in jedem Browser, ohne Installation.',
  },
  plain:
    'Die Adresse ist nicht verschlüsselt (http): Browser lassen ihre Seite nichts ablegen. Gäste speichern die Dateien deshalb direkt von diesem Knoten und spielen sie von dort ab. Andere im Netzwerk könnten sie lesen.',
  plainSealed:
    'Die Adresse ist nicht verschlüsselt (http): Browser lassen ihre Seite nichts ablegen. Gäste können deshalb nur Dateien bis je 268 MB speichern und keine abspielen.',
  magnetFor: {
    reachable: 'Der Magnet-Link funktioniert überall in BitTorrent-Programmen.',
    unknown:
      'Der Magnet-Link funktioniert in BitTorrent-Programmen, die sich mit diesem Knoten verbinden können. Ob die anderer das können, ist noch nicht bekannt.',
    unreachable:
      'Andere können sich wahrscheinlich nicht mit diesem Knoten verbinden: Der Magnet-Link funktioniert nur in BitTorrent-Programmen, mit denen er sich verbinden kann.',
    off: 'Dieser Knoten nimmt keine Verbindungen von anderen an: Der Magnet-Link funktioniert nur in BitTorrent-Programmen, mit denen er sich verbinden kann.',
  },
  sealedHereOnly:
    'Dieser Link funktioniert nur in Browsern dieses Rechners. Shoal selbst öffnet ihn überall.',
  problem: {
    'listens-here-only':
      'Die öffentliche Adresse in den Einstellungen führt nirgendwohin, weil der Knoten nur Verbindungen von diesem Rechner annimmt.',
    unreachable:
      'Die öffentliche Adresse in den Einstellungen führt nirgendwohin: Eine Prüfung ist fehlgeschlagen. Prüfen Sie sie, und ob Ihr Router ihren Port an diesen Rechner weiterleitet.',
    untested:
      'Keine Prüfung hat die öffentliche Adresse erreicht. Versuchen Sie sie aus einem anderen Netz, etwa dem eines Telefons.',
  },
  here: {
    yes: 'Von diesem Rechner erreicht',
    no: 'Von diesem Rechner nicht erreicht',
    unknown: 'Von diesem Rechner nicht geprüft',
  },
  fromOutside: {
    yes: 'von außen erreicht',
    no: 'von außen nicht erreicht',
    unknown: 'von außen nicht geprüft, denn dazu ist ein Hub nötig',
  },
  console: 'Auf anderen Geräten verlangt die Konsole den Benutzernamen {name} und das Passwort.',
  once: 'Notieren Sie es jetzt: Es wird nicht noch einmal gezeigt.',
  copy: 'Passwort kopieren',
  settings: 'Einstellungen öffnen.',
}
