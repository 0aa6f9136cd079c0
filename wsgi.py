"""The application, for gunicorn and `flask --app wsgi`."""

import logging

from app.factory import create_app
from app.scheduler import start_under_flask_run
from app.settings import Settings

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
logging.getLogger("alembic").setLevel(logging.WARNING)  # commands say themselves what they did
app = create_app(Settings())
start_under_flask_run(app)
