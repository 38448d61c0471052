"""The least that Flask can do: the measure of what every answer costs before the portal does anything."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello():
    return "Hello"
