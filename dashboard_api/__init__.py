"""Dashboard API and host of the web application."""
