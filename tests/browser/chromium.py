"""The Chromium that drives the browser tests: one from PATH, else Playwright's own.

The headless shell is the same engine without the windows of a browser around it: a fifth less of the machine.
"""

from __future__ import annotations

import shutil
from pathlib import Path

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
MISSING = (
    "No Chromium is installed, so nothing is looked at in a browser. To have it: sudo apt install chromium "
    "(or: .venv/bin/playwright install chromium)."
)
# Chromium heeds the last list of these alone, so those that Playwright leaves out are said again. The pages of its own
# address bar, two for each window, take more of the machine than ours; a process for a page to come waits in vain.
LEFT_OUT = (
    "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup", "WebUIOmniboxPopup", "SpareRendererForSitePerProcess",
    "AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay", "MediaRouter",
    "NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding", "PreconnectToSearch",
    "TcpPortRandomizationWin", "ThirdPartyStoragePartitioning",
)  # fmt: skip
# In containers there is neither a graphics card nor the right to make a sandbox; nothing is fetched from outside.
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-proxy-server",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    f"--disable-features={','.join(LEFT_OUT)}",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]  # fmt: skip


def find(playwright):
    """The path of a Chromium, None where there is none."""
    on_path = next((path for name in NAMES if (path := shutil.which(name))), None)
    own = playwright.chromium.executable_path
    return on_path or (own if Path(own).exists() else None)


def launch(playwright, path):
    return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
