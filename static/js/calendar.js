// What the calendar does beyond every member's page. One behaviour per file; the order is that of the keys.
import "./calendar_drag.js";
import "./choosing.js";
import "./duplicate.js";
import "./more_posts.js";
import "./peek.js";
import "./plan_go.js";
import "./calendar_keys.js";
import "./stream_filters.js";
import "./live_plan.js";
import "./day_click.js";
import "./tray.js";
import "./reveal_now.js";
import { plan } from "./plan_load.js";
import { atFirstKey, atFirstPress, once } from "./pressed_early.js";
import { isTyping } from "./typing.js";

// What only some visits need comes when they do.
const rowDay = () => import("./row_day.js");
const rows = once(rowDay);
const inRows = () => plan()?.dataset.view === "streams" && rows();
inRows();
document.addEventListener("plan:loaded", inRows);
atFirstPress("#plan [data-row-day]", rowDay);
const keyMove = () => import("./key_move.js");
const mover = once(keyMove);
const onPost = (element) => element?.closest?.("#plan [data-post]");
document.addEventListener("focusin", ({ target }) => onPost(target) && mover());
atFirstKey((event) => event.key === "m" && !isTyping(event) && onPost(document.activeElement), keyMove);
const manyBar = once(() => import("./many_bar.js"));
document.addEventListener("choice:changed", () => manyBar());
