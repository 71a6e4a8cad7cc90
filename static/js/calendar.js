// What the calendar does beyond every member's page. One behaviour per file; the order is that of the keys.
import "./key_move.js";
import "./calendar_drag.js";
import "./choosing.js";
import "./many_bar.js";
import "./duplicate.js";
import "./more_posts.js";
import "./peek.js";
import "./row_day.js";
import "./plan_go.js";
import "./calendar_keys.js";
import "./stream_filters.js";
import "./live_plan.js";
import "./day_click.js";
import "./tray.js";
import "./reveal_now.js";
