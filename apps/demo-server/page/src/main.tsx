import "./charts/browser-language.ts";

import { render } from "preact";
import { watchServer } from "./api/watch-server.ts";
import { App } from "./app.tsx";
import { adoptDefaults } from "./settings/adopt-defaults.ts";
import "uplot/dist/uPlot.min.css";
import "./styles/colours.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/controls.css";
import "./styles/place.css";
import "./styles/composer.css";
import "./styles/prose.css";
import "./styles/panels.css";
import "./styles/history.css";
import "./styles/motion.css";

const root = document.getElementById("app");
if (!root) throw new Error("index.html: expected an element #app, got none");
adoptDefaults();
watchServer();
render(<App />, root);
