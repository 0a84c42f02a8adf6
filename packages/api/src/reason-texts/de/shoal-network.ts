import type english from '../en/shoal-network.ts'

const reasons: Record<keyof typeof english, string> = {
  // The Shoal network.
  'network-entry': 'Dieser Eintrag lässt sich nicht veröffentlichen: {why}',
  'network-entry-long':
    'Die Beschreibung ist zu lang zum Veröffentlichen. Kürzen Sie Titel oder Schlagwörter',
  'network-listens': 'Dieses Programm lauscht an Port {port} schon auf Seiten',
  'network-others-wait': 'Andere warten auf eine Verbindung: Versuchen Sie es erneut',
  'network-cannot-listen':
    'An {address} kann sich nichts verbinden: Der Port ist belegt, oder die Adresse gehört nicht zu diesem Rechner',
  'network-nobody-knows': 'Niemand weiß, wo dieser Knoten ist',
  'network-key-kind': 'Der Netzwerkschlüssel ist von anderer Art',
  'network-requests': 'Zu viele Anfragen',
  'network-no-streams': 'Dieser Knoten nimmt keine Verbindungen des anderen an',
  'network-peer-name': '{name} ist keine PeerId und keine Adresse, die mit einer endet',
  'network-no-way': 'Es gibt keinen direkten Weg, und WebRTC ist aus',
  'network-way-not-found': 'Es wurde kein Weg zum Peer gefunden',
  'network-webrtc-many': 'Zu viele WebRTC-Verbindungen werden aufgebaut',
  'network-declined': 'Der Peer hat unser Angebot abgelehnt',
  'network-libp2p': 'libp2p ließ sich nicht laden',
  'network-protocol': 'Der Knoten spricht dieses Protokoll nicht',
  'network-sent-many': 'Dieser Knoten hat zu viele Anfragen gesendet',
  'network-came-many': 'Aus diesem Netz kamen zu viele Anfragen',
}

export default reasons
