// What every page of a member does. One behaviour per file.
import "./theme_switch.js";
import "./toast.js";
import "./go_keys.js";
import "./first_focus.js";
import "./copy_text.js";
import "./session_end.js";
import "./dialogs.js";
import "./undo.js";
import "./ways_back.js";
import "./web_app.js";
