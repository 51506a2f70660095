"""One file a page. Streamlit runs each as a script; `app` names them all."""
