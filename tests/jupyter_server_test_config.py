"""The JupyterLab of the browser tests: a copy of the notebooks, no token, nothing shared."""

import atexit
import os
import shutil
import tempfile

root = tempfile.mkdtemp(prefix="defnote-browser-")
atexit.register(shutil.rmtree, root, ignore_errors=True)
here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
notebooks = os.path.join(here, "notebooks")
if os.path.isdir(notebooks):
    ignored = shutil.ignore_patterns(".ipynb_checkpoints")
    shutil.copytree(notebooks, os.path.join(root, "notebooks"), ignore=ignored)
# What the notebooks of a clone find: the data sets among its npm packages.
os.symlink(os.path.join(here, "node_modules"), os.path.join(root, "node_modules"))

c = get_config()  # noqa: F821
c.ServerApp.root_dir = root
c.ServerApp.ip = "127.0.0.1"
c.ServerApp.port_retries = 0  # a taken port must fail: the tests know only this one
c.ServerApp.open_browser = False
c.ServerApp.allow_root = True
c.ServerApp.disable_check_xsrf = True
c.ServerApp.log_level = "WARN"
c.IdentityProvider.token = ""
c.LabApp.workspaces_dir = os.path.join(root, ".workspaces")
c.LabApp.user_settings_dir = os.path.join(root, ".settings")
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.expose_app_in_browser = True  # window.jupyterapp, whose commands the tests run
c.LabApp.extension_manager = "readonly"
