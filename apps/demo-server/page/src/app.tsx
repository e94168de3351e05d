import { BytesPanel } from "./components/bytes-panel.tsx";
import { Composer } from "./components/composer.tsx";
import { DroppedMassPanel } from "./components/dropped-mass-panel.tsx";
import { HeatMapPanel } from "./components/heat-map-panel.tsx";
import { HistoryPanel } from "./components/history-panel.tsx";
import { LawPanel } from "./components/law-panel.tsx";
import { PageHeader } from "./components/page-header.tsx";
import { PlaceBar } from "./components/place-bar.tsx";
import { SettingsPanel } from "./components/settings-panel.tsx";
import { StatusAnnouncer } from "./components/status-announcer.tsx";
import { TextPanel } from "./components/text-panel.tsx";
import { Tiles } from "./components/tiles.tsx";

/** The whole page. */
export function App() {
  return (
    <>
      <a class="skip-link" href="#prompt">
        Skip to the prompt
      </a>
      <PageHeader />
      <main class="bench">
        <PlaceBar />
        <SettingsPanel />
        <div class="writing">
          <Composer />
          <TextPanel />
        </div>
        <div class="instruments">
          <Tiles />
          <HeatMapPanel />
          <LawPanel />
          <BytesPanel />
          <DroppedMassPanel />
        </div>
        <HistoryPanel />
      </main>
      <StatusAnnouncer />
    </>
  );
}
